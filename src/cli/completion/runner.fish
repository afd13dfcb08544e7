# Completion of runner's command line in fish. The program itself knows what may come next.

function __runner_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (command $words[1] --complete $words[2..-1] 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end

complete -c runner -f -a '(__runner_complete)'
