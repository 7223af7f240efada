# Completion of kro for fish. To use it: kro completion fish | source
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
