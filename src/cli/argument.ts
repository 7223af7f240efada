/** Values of flags. */
import { InvalidArgumentError } from "commander";

/** Lets a parser's error become commander's, which names the flag. */
export function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}
