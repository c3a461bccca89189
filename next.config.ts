import type { NextConfig } from "next";

const config: NextConfig = {
  typedRoutes: true,
  poweredByHeader: false,
  // Large, and the server reads them well as they are: bundling them took half of the build.
  serverExternalPackages: ["gpt-tokenizer", "postgres", "react-email", "resend", "stripe"],
  agentRules: false,
  experimental: { agentUpgrade: false },
};

export default config;
