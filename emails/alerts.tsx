import { Fragment } from "react";
import { Layout, type Mail, Paragraph, type Sender } from "./layout";

export interface AlertsFacts {
  alerts: Array<{
    title: string;
    /** What happened, in a sentence or two. */
    text: string;
    /** What to do about it. */
    wayOut: string;
  }>;
}

/** Something needs a founder's hand: every alert that was opened since the last mail, in one. */
export function alerts({ alerts: opened }: AlertsFacts, sender: Sender): Mail {
  const [first] = opened;
  const title = opened.length === 1 && first ? first.title : `${opened.length} things need a look`;
  return {
    subject: `${sender.name}: ${title}`,
    body: (
      <Layout
        sender={sender}
        preview={opened.map((alert) => alert.title).join(" · ")}
        title={title}
        button={{ label: "Open the admin area", href: `${sender.appUrl}/admin` }}
        reason={`You get this mail because you look after ${sender.name}.`}
      >
        {opened.map((alert) => (
          <Fragment key={`${alert.title} ${alert.text}`}>
            {opened.length > 1 ? (
              <Paragraph>
                <strong style={{ fontWeight: 600 }}>{alert.title}</strong>
              </Paragraph>
            ) : null}
            <Paragraph>{alert.text}</Paragraph>
            <Paragraph>What to do: {alert.wayOut}</Paragraph>
          </Fragment>
        ))}
      </Layout>
    ),
  };
}
