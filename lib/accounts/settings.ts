import { z } from "zod";
import { nameField } from "./credentials";

export const nameFields = z.object({ name: nameField });

export const ONLY_MANAGERS = "Only owners and admins of this account can do that. Ask one of them.";
