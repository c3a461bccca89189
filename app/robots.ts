import type { MetadataRoute } from "next";
import { sections } from "@/components/frame/sections";

const origin = process.env.APP_URL ?? "http://localhost:3000";

export default function robots(): MetadataRoute.Robots {
  return {
    rules: {
      userAgent: "*",
      allow: "/",
      disallow: ["/api/", "/auth/", ...sections.map(({ href }) => href)],
    },
    sitemap: `${origin}/sitemap.xml`,
  };
}
