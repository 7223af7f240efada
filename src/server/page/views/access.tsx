/// <reference lib="dom" />
/** Asks for a token when kro requires one. */
import { useState } from "preact/hooks";
import { type Failure, hasToken, setToken } from "../api.ts";

/**
 * The form for a token, with the reason why the last token did not suffice. The token stays in the memory of
 * the page.
 */
export function Access({ error: { status, detail } }: { error: Failure }) {
  const [value, setValue] = useState("");
  return (
    <form
      class="notice"
      onSubmit={(event: Event) => {
        event.preventDefault();
        setToken(value.trim());
      }}
    >
      <h1>kro asks who you are</h1>
      {hasToken() && (
        <p class="bad" role="alert">
          {status === 401 ? "kro does not accept this token. It may have expired." : detail}
        </p>
      )}
      <p>
        Print a token with{" "}
        <code>kubectl create token SERVICEACCOUNT</code>. The page forgets the token when it is
        closed.
      </p>
      <label>
        Token{" "}
        <input
          type="password"
          autocomplete="off"
          value={value}
          onInput={(event: Event) => setValue((event.target as HTMLInputElement).value)}
        />
      </label>{" "}
      <button type="submit">Continue</button>
    </form>
  );
}
