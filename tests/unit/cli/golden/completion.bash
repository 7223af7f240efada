# Completion of kro for bash. To use it: source <(kro completion bash)
_kro() {
  local line="${COMP_LINE:0:COMP_POINT}" out directive entry prefix
  local -a words
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local cur="${words[${#words[@]}-1]}"
  out="$("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)" || return
  directive="${out##*:}"
  COMPREPLY=()
  while IFS= read -r entry; do
    entry="${entry%%$'\t'*}"
    [[ -n "$entry" && "$entry" == "$cur"* ]] && COMPREPLY+=("$entry")
  done <<< "${out%:*}"
  if ((${#COMPREPLY[@]} == 0 && (directive & 4) == 0)); then
    cur="${cur##*=}"
    while IFS= read -r entry; do COMPREPLY+=("$entry"); done < <(compgen -f -- "$cur")
    type compopt &>/dev/null && compopt -o filenames
    return
  fi
  # bash replaces only the part after the last character of COMP_WORDBREAKS, such as = and :
  if [[ "$cur" == *[=:]* ]]; then
    prefix="${cur%"${cur##*[=:]}"}"
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
  fi
  if (((directive & 2) != 0)) && type compopt &>/dev/null; then compopt -o nospace; fi
}
complete -F _kro kro
