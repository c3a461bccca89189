import type { MetadataRoute } from "next";

const origin = process.env.APP_URL ?? "http://localhost:3000";

export default function robots(): MetadataRoute.Robots {
  return {
    rules: {
      userAgent: "*",
      allow: "/",
      disallow: ["/api/", "/assistant", "/summarize", "/usage", "/credits", "/billing", "/settings", "/auth/"],
    },
    sitemap: `${origin}/sitemap.xml`,
  };
}
