/** Explains why a ResourceGraphDefinition is not active, by its conditions. */
import { conditionsOf, type KubeObject } from "../../api/mod.ts";
import { objectText } from "../plan/text.ts";
import { type Explanation, explanation, nameOf } from "./model.ts";
import { conditionText } from "./objects.ts";
import { step } from "./steps.ts";

/**
 * Explains why an RGD is not active, or states that the RGD is active. A condition is left out if it only
 * waits for another condition whose status is False.
 */
export function whyGraph(rgd: KubeObject): Explanation {
  const object = nameOf(rgd);
  const conditions = conditionsOf(rgd);
  const open = conditions.filter(({ type, status }) => type !== "Ready" && status !== "True");
  const refused = open.filter(({ status }) => status === "False");
  const because = (refused.length > 0 ? refused : open).map((condition) =>
    explanation("condition", conditionText(condition), { time: condition.lastTransitionTime })
  );
  if (conditions.length === 0) {
    because.push(explanation("condition", "the controller has not written a status yet"));
    because.push(step("check that the controller runs: kro check URL, or its log"));
  }
  if (refused.some(({ type }) => type === "GraphAccepted")) {
    because.push(step("correct the ResourceGraphDefinition: kro validate -f FILE checks a file"));
  }
  const isActive = because.length === 0;
  const { state } = (rgd.status ?? {}) as { state?: string };
  return explanation(
    "object",
    `${objectText(object)} ${isActive ? "is active" : "is not active"}`,
    {
      object,
      state,
      because,
    },
  );
}
