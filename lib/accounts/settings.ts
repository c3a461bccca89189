import { z } from "zod";
import { nameField } from "./credentials";

export const nameFields = z.object({ name: nameField });

export const apiKeyFields = z.object({
  name: nameField.max(60, "A key's name has at most 60 characters."),
});

export const keyIdField = z.uuid();
