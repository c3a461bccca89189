import { Badge } from "@/components/ui/badge";
import { formatCredits } from "@/lib/billing/format";
import { stageOf } from "./stage-words";

interface AccountBadgesProps {
  hold: string | null;
  stage: string | null;
  isDisputed: boolean;
  debt: number;
}

/** What is not as it should be with an account, a word each; nothing when all is well. */
export function AccountBadges({ hold, stage, isDisputed, debt }: AccountBadgesProps) {
  return (
    <span className="flex flex-wrap gap-1">
      {hold && <Badge tone="danger">On hold</Badge>}
      {stage && <Badge tone={stageOf(stage).tone}>{stageOf(stage).label}</Badge>}
      {isDisputed && <Badge tone="danger">Dispute</Badge>}
      {debt > 0 && <Badge tone="warning">Owes {formatCredits(debt)} credits</Badge>}
    </span>
  );
}
