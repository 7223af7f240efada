/** The messages of `kro plan` and of `kro apply --plan`. */
import type { Section } from "./types.ts";

/** The section about plans in `docs/messages.md`. */
export const PLANS: Section = {
  title: "Plans",
  intro:
    "`kro plan` exits with 0 if nothing would change, and with 1 if something would change. The exit code is 2 if the " +
    "API server or kro would refuse a change, if a limit is exceeded, or after an error.",
  entries: [
    {
      code: "exit 2",
      texts: ["name the objects with -f, or a saved plan with --plan, but not both"],
      cause: "`kro apply` has neither files nor a saved plan, or has both.",
      remedy: "Pass either `-f` or `--plan`.",
    },
    {
      code: "exit 2",
      texts: ['unknown action "<word>"; <known actions>'],
      cause: "The value of `--forbid` is not a list of actions.",
      remedy: "Use `create`, `change`, `adopt`, `replace` and `prune`, separated by commas.",
    },
    {
      code: "exit 2",
      texts: [
        "refused: <limit>",
        "… objects to change: <n>, but --max-changes allows <n>",
        "… objects to delete: <n>, but --max-deletes allows <n>",
        "… <kind> <name> would be <action>, but --forbid excludes that",
      ],
      cause: "The plan exceeds a limit of the command line.",
      remedy: "Check the plan, and raise the limit if the plan is right.",
    },
    {
      code: "exit 2",
      texts: [
        "cannot write the <what> to <file>: <cause>",
        "… Deno does not permit kro to write there; name a file in another folder",
      ],
      cause:
        "The file of `--out` or `--plan` cannot be written or read. Deno never permits kro to write to `/proc`, `/sys` and most of `/dev`.",
      remedy: "Check the path and its permissions.",
    },
    {
      code: "exit 2",
      texts: [
        "<file> is not a plan of kro: make one with kro plan --out",
        "the plan <file> was edited after kro wrote it: plan again",
        "the plan <file> was made by kro <version>, but this is kro <version>: plan again",
        "the plan was made for the cluster <id>, but this is <id>: plan again",
        'the plan <file> was made with the namespace "<namespace>", not "<namespace>" as --namespace says: plan again',
        "the plan contains refused changes: kro plan shows them",
      ],
      cause: "The saved plan cannot be applied to this cluster with this version of kro.",
      remedy: "Run `kro plan --out` again, with the same kro and the same cluster.",
    },
    {
      code: "exit 2",
      texts: [
        "<object> <what> after the plan was made: plan again",
        "… was created",
        "… was changed",
        "… was deleted",
        "<object> was created after the plan was made: plan again",
      ],
      cause:
        "Another client has written an object on which the plan depends, or has created an instance of an RGD that the plan changes.",
      remedy: "Run `kro plan --out` again and check the new plan.",
    },
    {
      code: "exit 130 or 143",
      texts: ["interrupted by <signal>: the plan is incomplete, and nothing was changed"],
      cause: "SIGINT (exit code 130) or SIGTERM (exit code 143) ended `kro plan`.",
      remedy: "Run `kro plan` again.",
    },
    {
      code: "exit 130 or 143",
      texts: [
        "interrupted by <signal> before the first write: nothing was applied",
        "interrupted by <signal>: <summary>; <advice>",
        "… applied: <objects>",
        "… not applied: <objects>",
        "… perhaps applied: <objects>",
        "… the running controller reconciles them",
        "… to continue, run the same command again",
        "… the plan is now out of date: to continue, make a new plan of the same files with kro plan --out",
      ],
      cause:
        "SIGINT (exit code 130) or SIGTERM (exit code 143) ended `kro apply`. The response to the request for an object that is perhaps applied did not arrive.",
      remedy: "Follow the advice in the message.",
    },
    {
      code: "exit 1, exit 2",
      texts: [
        "<n> of <n> objects were applied",
        "… to continue, correct the cause of the error, and run the same command again",
      ],
      cause:
        "`kro apply` ended with an error after it had applied some objects. The error follows.",
      remedy: "Follow the advice in the message.",
    },
    {
      code: "exit 1",
      texts: [
        "differs from the plan: <difference>",
        "… the object still exists",
        "… the object does not exist",
        "… <field> is not as planned",
      ],
      cause: "After a saved plan was applied, an object differs from the object in the plan.",
      remedy: "Run `kro plan` again, which shows the missing changes.",
    },
    {
      code: "exit 2",
      texts: [
        "<file>: no ResourceGraphDefinition serves the kind <kind> in <apiVersion>: <what to do>",
        "… add the ResourceGraphDefinition that defines it; kubectl applies objects of other kinds",
        '… the ResourceGraphDefinition "<name>" defines <kind> in <apiVersion>',
      ],
      cause:
        "A file of `kro plan` or `kro apply` contains an object whose kind no RGD of the files or of the cluster defines.",
      remedy:
        "Add the RGD to the files, or correct the apiVersion and the kind. Apply objects that are not instances with `kubectl apply`.",
    },
    {
      code: "exit 1, exit 2",
      texts: [
        "kro itself compared <objects>: <why>; admission, quotas and defaults of the API server were not checked",
        "not checked by the API server: <why>",
        "… this user may not <verb> <kind><namespace>",
        "… in namespace <namespace>",
        "… its CRD changes in this plan",
        "… its namespace changes in this plan",
        "… an admission webhook does not support dry run",
        "… elements of another field manager are replaced",
        "… kro takes over the fields of kubectl first",
      ],
      cause:
        "The API server made no dry run of some objects, so kro itself compared these objects.",
      remedy:
        "Grant the verbs `patch` and `delete` if the user lacks them. If the plan changes a CRD or a namespace, apply this change first, and plan again.",
    },
    {
      code: "exit 1, exit 2",
      texts: [
        "the plan creates <n> <resource> in namespace <namespace>, but ResourceQuota <name> allows only <n> more (<limit>: <n> of <n> used); the API server checked each object alone",
        "ResourceQuota <name> limits <limits> in namespace <namespace>: the API server checked each object alone, and together they may exceed it",
      ],
      cause:
        "In a dry run, the API server checks each object as if the other objects of the plan did not exist. The objects that the plan creates may exceed a ResourceQuota together.",
      remedy: "Raise the limit of the ResourceQuota, or create fewer objects.",
    },
    {
      code: "exit 1, exit 2",
      texts: [
        "the ResourceQuotas in namespace <namespaces> were not checked: <why>; the objects that the plan creates may exceed them together",
        "… this user may not list resourcequotas",
      ],
      cause:
        "The plan creates several objects in these namespaces, and the ResourceQuotas of the namespaces could not be listed.",
      remedy:
        "Grant the verb `list` for `resourcequotas` if the user lacks it, and plan again. Otherwise, compare the quotas with the plan yourself.",
    },
    {
      code: "exit 2",
      texts: [
        "no instance changes, because the RGD is rejected",
        "nothing changes: the RGD is rejected, and revision <n> continues to serve",
        "<text>; problems:",
        "… it has no graph",
        "<kind> <name> is not planned: its ResourceGraphDefinition is rejected",
      ],
      cause: "kro would reject the RGD of the file.",
      remedy: "Correct the problems that the plan lists.",
    },
    {
      code: "exit 1, exit 2",
      texts: [
        "the changed schema does not accept <instances>:",
        "invalid: <instance>: <problems>",
        "… would invalidate <n> of <n> live instances",
        "… the object",
        "… null is not allowed",
        "… <value> is not of type <type>",
        "… <value> is not one of <values>",
        "… <value> is less than the minimum <n>",
        "… <value> is more than the maximum <n>",
        "… the required field <name> is missing",
        "… failed rule: <rule>",
        "… it has <n> <things>, fewer than <n>",
        "… it has <n> <things>, more than <n>",
      ],
      cause: "The RGD changes the schema of its instances, and existing instances violate it.",
      remedy: "Change the named instances first, or make the schema accept them.",
    },
    {
      code: "exit 1, exit 2",
      texts: [
        "<n> instances, such as <instance>: <text>",
        "<kind> (node <id>) <state>: <reason>",
        "… cannot be known yet",
        "… would not be ready",
        "… would fail",
        "follows when the nodes that it depends on are ready",
      ],
      cause:
        "A node waits for a value that exists only after the real change, or for an object that is not ready.",
      remedy: "None is needed, unless the reason names an error.",
    },
    {
      code: "exit 0, exit 1, exit 2",
      texts: [
        "kro's own CustomResourceDefinitions are missing and would be installed",
        "… live instance",
        "planned <n> of <n> instances",
        "<n> <n> sections are left out of this comment; `kro plan` prints all.",
      ],
      cause: "`kro plan` reports its progress, or the parts that its output leaves out.",
      remedy: "None is needed.",
    },
    {
      code: "exit 0, exit 1, exit 2",
      texts: [
        "Plan: <counts>; <instances>, <objects> compared",
        "Nothing would change.",
        "… no changes",
        "… <n> being deleted",
        "… <n> suspended",
        "by kind: <counts>",
        "by namespace: <counts>",
        "… , and <n> more",
        "<action> <kind><node>: <n> objects in <n> of <n> instances",
        "… (node <id>)",
        "… of <kind> <name>",
        "… replaces <name>",
        "… only the owner of fields changes",
        "… only the order of nodes or the owner of fields changes",
        "Not ready or not known yet",
        "Not ready or not known yet:",
      ],
      cause: "The report of `kro plan`, with the summary first.",
      remedy: "None is needed.",
    },
  ],
};
