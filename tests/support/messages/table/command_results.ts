/** The messages in which commands report the state of objects. */
import type { Entry } from "./types.ts";

/** The summaries of commands, and the reasons for which an object is not ready. */
export const RESULTS: Entry[] = [
  {
    code: "exit 2",
    texts: ["<error>; --offline checks without a cluster"],
    cause: "`kro validate` cannot use the kubeconfig, or cannot reach its cluster.",
    remedy: "Correct the kubeconfig, or pass `--offline`.",
  },
  {
    code: "exit 0, exit 1",
    texts: [
      "not compared with the live CRD: <error>",
      "no kubeconfig: checked against the kinds of Kubernetes <version>",
      "<n> valid",
      "<n> rejected",
      "<n> could not be checked",
    ],
    cause: "The summary of `kro validate`.",
    remedy:
      "If RGDs could not be checked, pass their missing CRDs with `--crd`, or validate with a cluster.",
  },
  {
    code: "exit 0, exit 1",
    texts: ["left to the controller <identity> (--force-local overrides)"],
    cause:
      "A controller runs in the cluster, so that the command leaves reconciling to the controller and waits.",
    remedy: "Nothing. With `--force-local`, the command itself reconciles.",
  },
  {
    code: "exit 0, exit 1",
    texts: [
      "installed <crd>",
      "… <identity> in namespace <namespace>",
      "no ResourceGraphDefinitions found",
    ],
    cause: "The command reports what it installed or found in the cluster.",
    remedy: "Nothing. If RGDs are missing, apply them first.",
  },
  {
    code: "exit 1",
    texts: [
      'its graph "<name>" was not accepted',
      "no ResourceGraphDefinition in the cluster serves <kind>",
    ],
    cause: "The instance's RGD has problems, or does not exist.",
    remedy: "Correct the RGD, or apply an RGD that defines the kind.",
  },
  {
    code: "exit 1",
    texts: [
      "timed out; <why>",
      "timed out",
      "… finalizers <names>",
      "… no finalizers",
      "…: waiting for <objects>",
      "… no Ready condition for this generation yet",
    ],
    cause: "The object was not ready, or not deleted, within `--timeout`.",
    remedy:
      "Correct the cause that the message names. Then run the command again, or raise `--timeout`. An " +
      "object that is named with finalizers is held by the controller of these finalizers.",
  },
  {
    code: "exit 130 or 143",
    texts: [
      "interrupted by <signal> before the first write: nothing was <verb>",
      "interrupted by <signal>: <n> of <n> objects are finished",
      "… finished: <objects>",
      "… perhaps begun: <objects>",
      "… not begun: <objects>",
      "… the running controller <verb> them",
    ],
    cause:
      "SIGINT (exit code 130) or SIGTERM (exit code 143) ended `kro reconcile` or `kro delete`. The table on stdout has the results of the finished objects.",
    remedy: "Follow the advice at the end of the message.",
  },
  {
    code: "exit 1",
    texts: ["<kind> <name>: the cluster has no such kind"],
    cause: "`kro delete -f` names an object whose kind is not served.",
    remedy:
      "Remove the object from the file. Objects of a kind that the cluster does not serve cannot exist.",
  },
  {
    code: "exit 0",
    texts: [
      "warning: <n> <kind> remain with all their objects; they are reconciled again once a ResourceGraphDefinition serves their kind",
    ],
    cause: "The RGD was deleted before its instances.",
    remedy: "Delete the instances with `kro delete`, or apply the RGD again.",
  },
  {
    code: "exit 1",
    texts: [
      "<instance>: no graph of these files serves it",
      'node "<id>" is not rendered: <state>: <why>',
      "… includeWhen excludes it, or a node that it reads",
    ],
    cause:
      "`kro render` has no RGD for the instance, or a node reads data that exists only in a cluster, such as an external object or a status.",
    remedy:
      "Pass the RGD with `-f`, and objects of the cluster that a node reads with `--observed`.",
  },
];
