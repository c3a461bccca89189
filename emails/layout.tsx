import type { ReactElement, ReactNode } from "react";
import { Body, Button, Container, Head, Heading, Hr, Html, Link, Preview, Section, Text } from "react-email";

/** What every mail knows about who sends it. */
export interface Sender {
  /** The product's name, as it stands in front of the sender's address. */
  name: string;
  /** Where the app answers, without a slash at the end. */
  appUrl: string;
  supportEmail: string;
  /** Where the reader ends mail of this kind, for mail that is a choice. */
  unsubscribeUrl?: string | null;
}

/** A mail before it is rendered. The subject says the fact. */
export interface Mail {
  subject: string;
  body: ReactElement;
}

// Mail clients know no style sheets: the colors of the light theme, by hand.
const color = {
  page: "#fbfaf8",
  paper: "#ffffff",
  text: "#1c1a17",
  muted: "#57524b",
  line: "#e7e3dd",
  accent: "#0b5d5b",
};
const sans = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

interface LayoutProps {
  sender: Sender;
  /** What an inbox shows next to the subject. */
  preview: string;
  title: string;
  /** The one thing to do. */
  button: { label: string; href: string };
  /** Why this mail came. */
  reason: string;
  children: ReactNode;
}

/** One column, one button, readable without images. */
export function Layout({ sender, preview, title, button, reason, children }: LayoutProps) {
  return (
    <Html lang="en">
      <Head>
        <meta name="color-scheme" content="light" />
      </Head>
      <Preview>{preview}</Preview>
      <Body style={{ margin: 0, backgroundColor: color.page, fontFamily: sans, color: color.text }}>
        <Container style={{ maxWidth: 520, margin: "0 auto", padding: "32px 16px" }}>
          <Text style={{ margin: "0 0 16px", fontSize: 14, fontWeight: 600 }}>{sender.name}</Text>
          <Section
            style={{
              backgroundColor: color.paper,
              border: `1px solid ${color.line}`,
              borderRadius: 8,
              padding: "32px 28px",
            }}
          >
            <Heading as="h1" style={{ margin: "0 0 16px", fontSize: 20, lineHeight: "28px", fontWeight: 600 }}>
              {title}
            </Heading>
            {children}
            <Button
              href={button.href}
              style={{
                display: "inline-block",
                marginTop: 12,
                padding: "11px 20px",
                borderRadius: 6,
                backgroundColor: color.accent,
                color: "#ffffff",
                fontSize: 14,
                fontWeight: 600,
                textDecoration: "none",
              }}
            >
              {button.label}
            </Button>
          </Section>
          <Hr style={{ borderColor: color.line, margin: "24px 0 16px" }} />
          <Text style={{ margin: 0, fontSize: 12, lineHeight: "18px", color: color.muted }}>
            {reason} Questions?{" "}
            <Link href={`mailto:${sender.supportEmail}`} style={{ color: color.muted, textDecoration: "underline" }}>
              {sender.supportEmail}
            </Link>
          </Text>
          {sender.unsubscribeUrl ? (
            <Text style={{ margin: "8px 0 0", fontSize: 12, lineHeight: "18px", color: color.muted }}>
              You may do without these:{" "}
              <Link href={sender.unsubscribeUrl} style={{ color: color.muted, textDecoration: "underline" }}>
                stop this kind of mail
              </Link>
            </Text>
          ) : null}
        </Container>
      </Body>
    </Html>
  );
}

/** One paragraph of a mail. */
export function Paragraph({ children }: { children: ReactNode }) {
  return <Text style={{ margin: "0 0 12px", fontSize: 14, lineHeight: "22px" }}>{children}</Text>;
}

/** Facts as lines of "what: how much", which plain text shows well too. */
export function Facts({ facts }: { facts: Array<[label: string, value: string]> }) {
  return (
    <Section style={{ margin: "4px 0 12px" }}>
      {facts.map(([label, value]) => (
        <Text key={label} style={{ margin: "0 0 4px", fontSize: 14, lineHeight: "22px" }}>
          <span style={{ color: color.muted }}>{label}: </span>
          <strong style={{ fontWeight: 600 }}>{value}</strong>
        </Text>
      ))}
    </Section>
  );
}
