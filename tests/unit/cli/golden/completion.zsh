#compdef kro
# Completion of kro for zsh. To use it: source <(kro completion zsh), or save it as _kro in a folder of $fpath
_kro() {
  local out directive entry value
  local -a lines candidates space
  out="$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)" || return
  lines=("${(@f)out}")
  directive="${lines[-1]#:}"
  for entry in "${(@)lines[1,-2]}"; do
    [[ -z "$entry" ]] && continue
    value="${entry%%$'\t'*}"
    if [[ "$entry" == *$'\t'* ]]; then
      candidates+=("${value//:/\\:}:${entry#*$'\t'}")
    else
      candidates+=("${value//:/\\:}")
    fi
  done
  (( directive & 2 )) && space=(-S '')
  if (( ${#candidates} > 0 )); then
    _describe -t words 'kro' candidates "${space[@]}"
  elif (( (directive & 4) == 0 )); then
    _files
  fi
}
(( ${+functions[compdef]} )) && compdef _kro kro
