import type { NextConfig } from "next";

const config: NextConfig = {
  // A folder that runs without node_modules, for the Dockerfile.
  ...(process.env.NEXT_OUTPUT === "standalone" ? { output: "standalone" as const } : {}),
  env: { BUILT_FOR_LOCAL_MODE: process.env.LEDGERLINE_LOCAL === "1" ? "1" : "" },
  typedRoutes: true,
  poweredByHeader: false,
  // At the left it would lie on who is signed in.
  devIndicators: { position: "bottom-right" },
  // Large, and the server reads them well as they are: bundling them took half of the build.
  serverExternalPackages: ["gpt-tokenizer", "postgres", "react-email", "resend", "stripe"],
  agentRules: false,
  experimental: { agentUpgrade: false },
};

export default config;
