import type Stripe from "stripe";
import { invalid } from "../core/error.ts";
import { page } from "../core/list.ts";
import { mergeMetadata } from "../core/metadata.ts";
import type { Params } from "../core/objects.ts";
import { leftOut, type Resource, route } from "../core/resource.ts";
import { createPrice } from "./price-rules.ts";

export const products: Resource = {
  routes: [
    route<Params<Stripe.ProductCreateParams>>({
      method: "POST",
      path: "/v1/products",
      params: "ProductCreateParams",
      handle({ params }, context) {
        leftOut(params, ["package_dimensions", "tax_details"]);
        if (params.id && context.store.objects("product").get(params.id)) {
          throw invalid("Product already exists.", "id", "resource_already_exists");
        }
        if (!params.name) throw invalid("Product name cannot be empty.", "name", "parameter_invalid_empty");
        const product = context.build("product", {
          id: params.id ?? context.newId("prod"),
          active: params.active ?? true,
          default_price: null,
          description: params.description || null,
          images: params.images ?? [],
          marketing_features: params.marketing_features ?? [],
          metadata: mergeMetadata({}, params.metadata),
          name: params.name,
          statement_descriptor: params.statement_descriptor || null,
          tax_code: params.tax_code || null,
          type: "service",
          unit_label: params.unit_label || null,
          updated: context.now(),
          url: params.url || null,
        });
        context.save(product);
        context.emit("product.created", product);
        if (!params.default_price_data) return product;
        const price = createPrice(context, { ...params.default_price_data, product: product.id } as never);
        return context.update("product.updated", { ...product, default_price: price.id });
      },
    }),
    route<Params<Stripe.ProductListParams>>({
      method: "GET",
      path: "/v1/products",
      params: "ProductListParams",
      handle(request, { store }) {
        leftOut(request.params, ["type"]);
        const { active, ids, url } = request.params;
        const list = store
          .objects("product")
          .list(
            (row) =>
              (active === undefined || row.active === active) &&
              (!ids || ids.includes(row.id)) &&
              (url === undefined || row.url === url),
          );
        return page(request, "/v1/products", list);
      },
    }),
    {
      method: "GET",
      path: "/v1/products/:product",
      params: "ProductRetrieveParams",
      handle: ({ path }, context) => context.find("product", path.product ?? ""),
    },
    route<Params<Stripe.ProductUpdateParams>>({
      method: "POST",
      path: "/v1/products/:product",
      params: "ProductUpdateParams",
      handle({ params, path }, context) {
        leftOut(params, ["package_dimensions", "tax_details"]);
        const product = context.find("product", path.product ?? "");
        if (params.default_price) context.find("price", params.default_price, "default_price");
        const text = (value: string | null | undefined, before: string | null | undefined) =>
          value === undefined ? (before ?? null) : value || null;
        const changed = {
          ...product,
          active: params.active ?? product.active,
          default_price: text(params.default_price, product.default_price),
          description: text(params.description, product.description),
          images: params.images === undefined ? product.images : params.images || [],
          marketing_features:
            params.marketing_features === undefined ? product.marketing_features : params.marketing_features || [],
          metadata: mergeMetadata(product.metadata, params.metadata),
          name: params.name || product.name,
          statement_descriptor: text(params.statement_descriptor, product.statement_descriptor),
          tax_code: text(params.tax_code, product.tax_code),
          unit_label: text(params.unit_label, product.unit_label),
          url: text(params.url, product.url),
        };
        const isSame = JSON.stringify(changed) === JSON.stringify(product);
        return isSame ? product : context.update("product.updated", { ...changed, updated: context.now() });
      },
    }),
    {
      method: "DELETE",
      path: "/v1/products/:product",
      params: "ProductDeleteParams",
      handle({ path }, context) {
        const product = context.find("product", path.product ?? "");
        if (context.store.objects("price").find((price) => price.product === product.id)) {
          throw invalid("This product cannot be deleted because it has one or more user-created prices.");
        }
        context.store.objects("product").delete(product.id);
        context.emit("product.deleted", product);
        return { id: product.id, object: "product", deleted: true };
      },
    },
  ],
};
