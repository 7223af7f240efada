/** The types of the responses of the JSON API. */
export type {
  CauseView,
  DefinitionView,
  GraphRightsView,
  GraphView,
  Health,
  InstanceSummary,
  InstanceView,
  NodeDefinition,
  NodeView,
  RevisionView,
} from "../../controller/mod.ts";
export type { ComparedObject, Explanation } from "../../explain/mod.ts";
export type { RevisionComparison, RevisionSide } from "../explainer.ts";
export type { EventView, LiveObjectView } from "../live.ts";
export type { ItemView } from "../items_route.ts";
export type { OwnedField } from "../owners.ts";
export type { Condition } from "../../api/mod.ts";
export type { NodeOutcome, ObjectOutcome } from "../../reconcile/mod.ts";

/** A list with all of its pages. */
export interface List<T> {
  /** The items of all pages. */
  readonly items: readonly T[];
  /** The number of items. */
  readonly total: number;
}
