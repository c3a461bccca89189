import type { MetadataRoute } from "next";

const origin = process.env.APP_URL ?? "http://localhost:3000";
const pages = ["/", "/pricing", "/sign-up", "/legal/terms", "/legal/privacy", "/legal/refunds"];

export default function sitemap(): MetadataRoute.Sitemap {
  return pages.map((page) => ({ url: new URL(page, origin).href }));
}
