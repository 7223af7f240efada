/** The completion scripts of shells. Each script asks kro itself for the words that may follow. */

/** The shells, and `kubectl` for the script by which kubectl completes `kubectl kro`. */
export const SHELLS = ["bash", "zsh", "fish", "kubectl"] as const;

/** The name of a completion script. */
export type Shell = typeof SHELLS[number];

/** Returns the completion script of a shell. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/**
 * The scripts call `kro __complete WORD...`, whose last word is incomplete. kro prints one candidate in each
 * line, with an optional description after a tab. The last line is a colon and a sum of the flags of cobra's
 * protocol: 2 if no space follows the word, and 4 if the shell must not complete names of files.
 *
 * @see https://github.com/spf13/cobra/blob/main/completions.go
 */
const BASH = String.raw`# Completion of kro for bash. To use it: source <(kro completion bash)
_kro() {
  local line="${"$"}{COMP_LINE:0:COMP_POINT}" out directive entry prefix
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local cur="${"$"}{words[${"$"}{#words[@]}-1]}"
  out="$("${"$"}{words[0]}" __complete "${"$"}{words[@]:1}" 2>/dev/null)" || return
  directive="${"$"}{out##*:}"
  COMPREPLY=()
  while IFS= read -r entry; do
    entry="${"$"}{entry%%$'\t'*}"
    [[ -n "$entry" && "$entry" == "$cur"* ]] && COMPREPLY+=("$entry")
  done <<< "${"$"}{out%:*}"
  if ((${"$"}{#COMPREPLY[@]} == 0 && (directive & 4) == 0)); then
    cur="${"$"}{cur##*=}"
    while IFS= read -r entry; do COMPREPLY+=("$entry"); done < <(compgen -f -- "$cur")
    type compopt &>/dev/null && compopt -o filenames
    return
  fi
  # bash replaces only the part after the last character of COMP_WORDBREAKS, such as = and :
  if [[ "$cur" == *[=:]* ]]; then
    prefix="${"$"}{cur%"${"$"}{cur##*[=:]}"}"
    COMPREPLY=("${"$"}{COMPREPLY[@]#"$prefix"}")
  fi
  if (((directive & 2) != 0)) && type compopt &>/dev/null; then compopt -o nospace; fi
}
complete -F _kro kro
`;

const ZSH = String.raw`#compdef kro
# Completion of kro for zsh. To use it: source <(kro completion zsh), or save it as _kro in a folder of $fpath
_kro() {
  local out directive entry value
  local -a lines candidates space
  out="$(${"$"}{words[1]} __complete "${"$"}{(@)words[2,CURRENT]}" 2>/dev/null)" || return
  lines=("${"$"}{(@f)out}")
  directive="${"$"}{lines[-1]#:}"
  for entry in "${"$"}{(@)lines[1,-2]}"; do
    [[ -z "$entry" ]] && continue
    value="${"$"}{entry%%$'\t'*}"
    if [[ "$entry" == *$'\t'* ]]; then
      candidates+=("${"$"}{value//:/\\:}:${"$"}{entry#*$'\t'}")
    else
      candidates+=("${"$"}{value//:/\\:}")
    fi
  done
  (( directive & 2 )) && space=(-S '')
  if (( ${"$"}{#candidates} > 0 )); then
    _describe -t words 'kro' candidates "${"$"}{space[@]}"
  elif (( (directive & 4) == 0 )); then
    _files
  fi
}
(( ${"$"}{+functions[compdef]} )) && compdef _kro kro
`;

const FISH = String.raw`# Completion of kro for fish. To use it: kro completion fish | source
function __kro_complete
    set -l words (commandline -opc)
    set -l out ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    or return
    set -l directive (string replace -r '^:' '' -- $out[-1])
    set -l candidates $out[1..-2]
    if test (count $out) -gt 1
        printf '%s\n' $candidates
    else if test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path (commandline -ct)
    end
end
complete -c kro -f -a '(__kro_complete)'
`;

const KUBECTL = `#!/bin/sh
# Completion of kubectl kro. Save this file as kubectl_complete-kro in a folder of $PATH, and make it executable.
exec kubectl kro __complete "$@"
`;

const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH, kubectl: KUBECTL };
