/** Everything that says whose product this is. The accent's other half is accent.css; the drawing is logo.tsx. */
export const brand = {
  name: "Ledgerline",
  tagline: "An AI assistant you pay for by what you use.",
  description:
    "An AI assistant with clear prices: pick a plan or buy credits, see the cost before you send, and see where every credit went.",
  supportEmail: "support@example.com",
  /** Who the legal pages and the footer name. */
  company: "Ledgerline",
  accent: { light: "#0b5d5b", dark: "#45bcb1" },
} as const;
