import type { Resource } from "./core/resource.ts";
import { customers } from "./resources/customers.ts";
import { paymentMethods } from "./resources/payment-methods.ts";

/** Everything the double answers. A new folder of resources is one line here. */
export const resources: Resource[] = [customers, paymentMethods];
