import { notFound } from "next/navigation";

/** Every address that no other page answers, so that it is drawn with the request's nonce and others stay static. */
export default function Missing() {
  notFound();
}
