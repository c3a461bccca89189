import { brand } from "@/components/brand/brand";
import { Badge } from "@/components/ui/badge";
import { buttonVariants } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { plans } from "@/lib/billing/plans";

/** Plans that are sold by a person, or that are announced but cannot be bought yet. */
export function OtherPlans() {
  const others = plans.filter((plan) => plan.availability === "talk_to_us" || plan.availability === "coming");
  return (
    <div className={cn("grid gap-4", others.length > 1 && "md:grid-cols-2")}>
      {others.map((plan) => (
        <article key={plan.key} className="flex flex-col gap-4 rounded-xl border border-border bg-surface p-6">
          <div className="flex flex-col gap-1">
            <div className="flex items-center gap-2">
              <h2 className="text-base font-semibold">{plan.name}</h2>
              {plan.availability === "coming" && <Badge>Not on sale yet</Badge>}
            </div>
            <p className="text-sm text-muted">{plan.summary}</p>
          </div>
          <ul className="flex flex-wrap gap-x-6 gap-y-1 text-sm text-muted">
            {plan.features.map((feature) => (
              <li key={feature}>{feature}</li>
            ))}
          </ul>
          {plan.availability === "talk_to_us" && (
            <a
              href={`mailto:${brand.supportEmail}?subject=${encodeURIComponent(`${brand.name} ${plan.name}`)}`}
              className={buttonVariants({ variant: "secondary", className: "mt-auto self-start" })}
            >
              Talk to us
            </a>
          )}
        </article>
      ))}
    </div>
  );
}
