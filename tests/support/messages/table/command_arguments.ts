/** The error messages about files and objects that a command line names. */
import type { Entry } from "./types.ts";

/** The errors of the files of `-f`, and of the kinds and names of objects. */
export const ARGUMENTS: Entry[] = [
  {
    code: "exit 2",
    texts: [
      "kro plan -f FILE shows what kro apply would change",
      "kro apply -f FILE creates and updates objects",
      "kubectl kustomize DIR | kro apply -f - applies DIR",
      "kro apply always uses server-side apply",
      "kro get -o json prints all fields, from which jq selects",
    ],
    cause: "The command line has a command, a flag or an output format that only kubectl has.",
    remedy: "Use the command of kro that the hint names.",
  },
  {
    code: "exit 2",
    texts: ["error: required option '<flags>' not specified"],
    cause: "The command line lacks a flag that the command requires.",
    remedy: "Add the flag. `--help` after the command shows an example.",
  },
  {
    code: "exit 2",
    texts: ["no objects found in <paths>", 'the path "<path>" does not exist'],
    cause: "The path of `-f` does not exist, or its files contain no objects.",
    remedy:
      "Correct the path. In a folder, kro reads only files that end in `.yaml`, `.yml` or `.json`.",
  },
  {
    code: "exit 2",
    texts: [
      "cannot read <what><file>: <why>",
      "… the certificate",
      "… the token",
      "… it is not UTF-8 text",
      "… Deno does not permit it; name - for standard input",
      "<file>:<line>:<column>: invalid JSON: <why>",
      "<file>:<place>: invalid JSON: the file is incomplete",
    ],
    cause: "The file cannot be read, or is not UTF-8 text.",
    remedy: "Check the permissions and the encoding of the file.",
  },
  {
    code: "exit 2",
    texts: [
      "<where>: expected a Kubernetes object",
      "<where>: <field> is missing or not a string",
      "<where>: <kind>: metadata.name is missing or not a string",
      "… <file>: document <n>",
    ],
    cause: "A document of the file has no `apiVersion`, `kind` or `metadata.name`.",
    remedy:
      "Add the missing field. The message counts the documents of the file, which `---` separates, from 1.",
  },
  {
    code: "exit 2",
    texts: [
      "<file>: <value> is a number that JSON does not have",
      "<file>: its aliases <what>",
      "… contain themselves",
      "… expand to more than <n> values",
    ],
    cause:
      "The YAML file has values that JSON cannot represent: `.nan`, `.inf`, or aliases that contain themselves or expand too far.",
    remedy: "Remove these numbers, and write values out instead of using aliases.",
  },
  {
    code: "exit 2",
    texts: ['<file>: apiVersion "<value>" is not group/version'],
    cause: "The field `apiVersion` of an object does not have the form group/version.",
    remedy: "Correct the field, for example to `kro.run/v1alpha1`.",
  },
  {
    code: "exit 2",
    texts: [
      "<file>: the cluster has no kind <kind> in <apiVersion>: <what to do>",
    ],
    cause: "An instance's kind is not served, and no RGD of the same command defines it.",
    remedy: "Apply the RGD too, or correct `apiVersion` and `kind`.",
  },
  {
    code: "exit 2",
    texts: ['<file>: <kind> <name> has the namespace "<own>", not "<flag>" as --namespace says'],
    cause: "The namespace of `-n` differs from the namespace in the object.",
    remedy: "Remove `-n`, or remove `metadata.namespace` from the object.",
  },
  {
    code: "exit 2",
    texts: [
      "say what to delete: either -f FILE or KIND/NAME",
      '"<kind>" is a kind without a name: write <kind>/NAME',
      '"<text>" is not KIND or KIND/NAME',
    ],
    cause: "The arguments of the command do not name an object.",
    remedy: "Name an object by its kind and name, for example `webapp/shop`.",
  },
  {
    code: "exit 2",
    texts: [
      "there is no ResourceGraphDefinition in these files",
      "there is no CustomResourceDefinition of <group>/v1 in <paths>",
    ],
    cause: "The given files do not contain an object of the required kind.",
    remedy: "Pass the file of the RGD with `-f`, and the file of the CRD with `--crd`.",
  },
  {
    code: "exit 2",
    texts: [
      'there is no ResourceGraphDefinition "<name>" in <where>; <hint>',
      "… these files",
      "… the cluster",
      "… there are <names>",
      "… no RGDs",
    ],
    cause: "The name of an RGD on the command line is misspelled.",
    remedy: "Correct the name. `kubectl get rgd` lists the RGDs of the cluster.",
  },
  {
    code: "exit 2",
    texts: [
      "kro generate <what> prints one RGD: name one of <names>",
      "kro graph draws one RGD: name one of <names>",
    ],
    cause: "The files contain several RGDs, and the command writes a file about one RGD.",
    remedy: "Add the name of one RGD to the command line.",
  },
  {
    code: "exit 2",
    texts: [
      "name RGDs by one of -f FILE, NAME, and --all",
      "--all reads the RGDs of the cluster; drop --all or -f",
      "--crd is for RGDs of files: add -f",
    ],
    cause: "The command line does not show which RGDs `kro generate` has to read.",
    remedy: "Pass either files with `-f`, or names of RGDs in the cluster, or `--all`.",
  },
  {
    code: "exit 2",
    texts: ["name an RGD of the cluster, or a file with -f"],
    cause: "The command line of `kro graph` does not show which RGD to draw.",
    remedy: "Pass a file with `-f`, or the name of an RGD in the cluster.",
  },
];
