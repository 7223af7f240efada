/**
 * Strings in the source for which `docs/messages.md` needs no entry. Some of these strings are not messages.
 * The others are parts of messages that are too short to find the message by them.
 */

/**
 * Groups of strings for which `docs/messages.md` needs no entry. `why` is the reason for the strings of one
 * group.
 */
export const SILENT: { why: string; texts: string[] }[] = [
  {
    why: "They stand in the place of a value, such as the expected type.",
    texts: [
      "a list",
      "the plan",
      "an object",
      "a field",
      "the value",
      "an integer",
      "a number",
      "a string",
      "a string template",
      "a finite number",
      "a boolean",
      "the content of a JSON string",
      "valid JSON",
      "an integer of 64 bits",
      "a JSON integer of 64 bits",
      "not set",
      "metadata.name or metadata.namespace",
      "any value: the expression yields <type>",
      "a literal",
      "a value",
      "integer or string",
      "plain data",
      "date and time",
      "another type",
      "opaque <type>",
      "Default value",
      "Validation pattern",
      "Validation rules",
      "Preserving unknown fields",
      "List type",
      "List map keys",
      "state or condition",
      "condition messages",
      "<age> ago",
    ],
  },
  {
    why: "They are parts of the list of differences in a log line.",
    texts: [
      "the instance itself (changed: <paths>)",
      "and <more>",
      "; and <more>",
      "other field",
      "other object",
    ],
  },
  {
    why: "It is the comment above an object in the output of `kro render`.",
    texts: ["# node: <id> <object>"],
  },
  {
    why: "They are cells of the table of permissions in docs/operating.md.",
    texts: [
      "the API server, its proxy, the addresses of the endpoint",
      "the folder of `--debug-dir`",
      "the file of `--out`; the folders of `kro test --update`",
      "all; none for a command without a cluster and without a controller",
      "none, for `kro dashboard` after it has opened a browser; all if the kubeconfig names a credential plugin",
    ],
  },
  {
    why: "Reasons of planned writes, which tests read.",
    texts: [
      "instances can be read once the CRD is established",
      "the CRD does not exist",
      "its finalizer or status",
      "kro releases the revisions before the RGD is gone",
      "instances are reconciled by revision <n>",
      "records the spec as revision <n>",
      "the revision compiles",
      "the revision does not compile",
      "only the newest <n> revisions are kept",
      "the revision is deleted next",
      "the revision is being deleted",
      "the revision has another controller, or none",
      "the RGD is being deleted",
      "the RGD of the instance is being deleted",
      "no instances are left",
    ],
  },
  {
    why: "Protocol texts.",
    texts: [
      "Bearer <token>",
      "Basic <token>",
      'Bearer realm="kro"',
      "<label> in (<values>)",
      "in <namespace>",
      "self == oldSelf",
    ],
  },
  {
    why: "Comments in the RBAC roles that kro generates.",
    texts: [
      "Permissions of the kro controller, without any graph.",
      "Permissions of the kro controller for the graph<s> <names>.",
    ],
  },
  {
    why: "Errors of a caller inside kro, which no user can cause.",
    texts: [
      "a controller is started once",
      "sweeps are stopped",
      "cannot compile an object that parse() did not return",
      "plain JSON",
      '"<selector>" is not a label selector: "<part>"',
    ],
  },
];
