/** The messages of `kro get`, `kro describe` and `kro why`. */
import type { Section } from "./types.ts";

/** The section about these commands in `docs/messages.md`. */
export const INSPECTION: Section = {
  title: "Get, describe and why",
  intro:
    "These commands only read. Exit code 1 means that the object does not exist. Exit code 2 means that the command line names a kind, node or field that does not exist. " +
    "[Find out why](debugging.md) shows the statements of `kro why`.",
  entries: [
    {
      code: "exit 0",
      texts: ["No resources found in <namespace> namespace.", "No resources found"],
      cause: "The list is empty.",
      remedy: "Choose another namespace with `-n` or `-A`, or another `--state` or `-l`.",
    },
    {
      code: "exit 0",
      texts: ["warning: <problem>"],
      cause:
        "The RGD of the instance has problems, so kro reconciles its instances by an earlier revision or not at all.",
      remedy: "Correct the RGD; `kro validate` reports all of its problems.",
    },
    {
      code: "exit 2",
      texts: [
        '"<words>" is not KIND, KIND NAME or KIND/NAME',
        '"<words>" is not KIND/NAME [SUBJECT] or KIND NAME [SUBJECT]',
        '"<kind>" is a kind without a name: write <kind>/NAME; kro get <kind> lists the names',
        '"<kind>" cannot be combined with a name',
        "a name cannot be combined with -A, -l, --state or --sort-by",
        "-w needs a kind: kro get KIND -w",
        "a subject needs an instance: kro why KIND/NAME",
      ],
      cause: "The arguments do not have the form that the command expects.",
      remedy: "See the examples of `kro get --help`, `kro describe --help` and `kro why --help`.",
    },
    {
      code: "exit 2",
      texts: [
        'the cluster has no kind "<name>": <hint>',
        "… kubectl api-resources lists the kinds",
        'the cluster does not serve the kind <kind> of the graph "<graph>": kro why graph/<graph> says why',
        "<object> does not exist",
      ],
      cause: "The cluster does not serve the kind, or the object has been deleted.",
      remedy: "Correct the kind. `kro get` lists all graphs with their kinds.",
    },
    {
      code: "exit 1",
      texts: [
        "<object> does not exist in the cluster; <hint>",
        "… kro get <kind><namespace> lists the names",
        "… the namespace <namespace> has it: use -n",
      ],
      cause: "The object does not exist in the namespace. It may have been deleted.",
      remedy: "Check the name and the namespace. `kro get instances -A` lists all instances.",
    },
    {
      code: "exit 2",
      texts: [
        "<kind> is not the kind of a graph<kinds>",
        "… : kinds of graphs are <kinds>",
        '<object> is an object of node "<id>": kro why <kind>/<name> <id><namespace>',
      ],
      cause:
        "No RGD defines the kind. If the object belongs to an instance, the message names the command for that instance.",
      remedy: "Name an instance or an RGD.",
    },
    {
      code: "exit 2",
      texts: [
        'unknown state "<state>"; <hint>',
        'cannot sort by "<field>"; <hint>',
        "… use a path such as .metadata.name, or <words>",
      ],
      cause: "The value of `--state` or `--sort-by` is unknown.",
      remedy: "Use a value that the message names.",
    },
    {
      code: "exit 2",
      texts: [
        '"<subject>" is not NODE or NODE.field.path, such as app.spec.ports[0]',
        'the graph "<name>" has no node "<id>"; <hint>',
        "… its nodes are <ids>",
        "… the graph has no nodes",
        '<kind> has no field "<name>"<hint>',
        'node "<id>" has one object: leave out [<index>]',
        'node "<id>" is a collection: <objects>',
        "<id>[<index>] does not exist: <objects>",
        "… the node has no objects",
        "… name one of its objects, <id>[<first>] to <id>[<last>]",
      ],
      cause: "The second argument of `kro why` names no node or field of the graph.",
      remedy: "Use a name that the message suggests.",
    },
    {
      code: "exit 0",
      texts: ["warning: no ResourceGraphDefinition defines the kind <kind> of <apiVersion>"],
      cause:
        "The RGD was deleted, and instances of its kind are left. kro no longer reconciles them.",
      remedy: "Apply the RGD again, or delete the instances.",
    },
    {
      code: "exit 2",
      texts: ['cannot explain "<subject>" of <instance>: <cause>'],
      cause: "The RGD of the instance was deleted, has problems, or cannot be read.",
      remedy: "`kro why KIND/NAME` without a second argument shows all reasons.",
    },
  ],
};
