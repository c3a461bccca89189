import type { Metadata } from "next";
import { MissingPage } from "@/components/brand/missing-page";

export const metadata: Metadata = { title: "Page not found" };

export default MissingPage;
