import type { Route } from "next";
import Link from "next/link";
import { Button, buttonVariants } from "@/components/ui/button";
import { CardContent, CardFooter } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

interface NumberQuestion {
  readonly kind: "number";
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly value?: string | undefined;
  readonly isRequired?: boolean;
  readonly errors?: string[] | undefined;
}

interface ChoiceQuestion {
  readonly kind: "choice";
  readonly name: string;
  readonly label: string;
  readonly options: ReadonlyArray<{ readonly value: string; readonly label: string; readonly means: string }>;
}

export type Question = NumberQuestion | ChoiceQuestion;

interface ChoiceFormProps {
  questions: readonly Question[];
  /** What the address says already. */
  fields: Readonly<Record<string, string>>;
  back: Route;
}

function Options({ name, label, options }: ChoiceQuestion) {
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-3 text-sm font-medium">{label}</legend>
      {options.map(({ value, label: words, means }, at) => (
        <label key={value} className="flex items-start gap-2.5">
          <input type="radio" name={name} value={value} defaultChecked={at === 0} className="mt-0.5 accent-accent" />
          <span>
            {words}
            <span className="block text-13 text-muted">{means}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The first step of an act that needs to know more: it changes nothing, and leads to what would be done. */
export function ChoiceForm({ questions, fields, back }: ChoiceFormProps) {
  return (
    <form>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <CardContent className="flex flex-col gap-4">
        {questions.map((question) =>
          question.kind === "choice" ? (
            <Options key={question.name} {...question} />
          ) : (
            <Field
              key={question.name}
              label={question.label}
              {...(question.hint && { hint: question.hint })}
              errors={question.errors}
            >
              {(field) => (
                <Input
                  {...field}
                  name={question.name}
                  inputMode="numeric"
                  autoComplete="off"
                  required={question.isRequired}
                  defaultValue={question.value}
                  className="max-w-48 tabular-nums"
                />
              )}
            </Field>
          ),
        )}
      </CardContent>
      <CardFooter>
        <Button type="submit">Look at it first</Button>
        <Link href={back} className={buttonVariants({ variant: "secondary" })}>
          Go back
        </Link>
      </CardFooter>
    </form>
  );
}
