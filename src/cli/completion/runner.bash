# Completion of runner's command line in bash. The program itself knows what may come next.

_runner() {
  local IFS=$' \t\n' word words=() line candidates=()
  # bash takes a word apart at each =
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if ((${#words[@]} > 0)) && [[ $word == = || ${words[-1]} == *= ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  local last=${words[-1]} prefix=
  if [[ $last == *=* && $COMP_WORDBREAKS == *=* ]]; then prefix=${last%%=*}=; fi

  while IFS= read -r line; do
    line=${line%%$'\t'*}
    if [[ $line == :files ]]; then
      compopt -o filenames
      while IFS= read -r line; do candidates+=("$line"); done < <(compgen -f -- "$last")
    else
      if [[ $line == *= ]]; then compopt -o nospace; fi
      candidates+=("${line#"$prefix"}")
    fi
  done < <("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null)
  COMPREPLY=("${candidates[@]}")
}

complete -F _runner runner
