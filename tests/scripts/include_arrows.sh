#!/bin/bash
# No folder includes what its arrows in README.md do not lead to.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

# FOLDER: the folders whose headers it may include besides its own.
arrows='
secret:
cms: cms/asn1 cms/attributes secret
cms/asn1: cms
cms/attributes: cms cms/asn1
token/protocol: secret
token: token/protocol secret
agent/protocol:
agent/pin: agent secret
agent: agent/pin agent/protocol cms cms/attributes secret token/protocol
client: agent/protocol cms cms/attributes secret
client/commands: client agent/protocol cms cms/attributes secret
client/commands/token: client client/commands agent/protocol cms secret
client/mail: client client/commands agent/protocol cms cms/attributes secret
'
git grep -n '^ *# *include "' -- '*.cpp' '*.h' ':!tests' | awk -v arrows="$arrows" '
    function folder_of(path) { sub("/[^/]*$", "", path); return path }
    BEGIN {
        lines = split(arrows, line, "\n")
        for (i = 1; i <= lines; ++i) {
            words = split(line[i], word, "[: ]+")
            known[word[1]]
            for (j = 1; j <= words; ++j)
                may[word[1], word[j]]
        }
    }
    {
        split($0, part, ":")
        from = folder_of(part[1])
        match($0, "\".*\"")
        to = folder_of(substr($0, RSTART + 1, RLENGTH - 2))
        ++checked
        if (!(from in known))
            print part[1] ": the arrows of " from " are not known"
        else if (!((from, to) in may))
            print part[1] ":" part[2] ": " from " may not include " to
        else
            next
        ++wrong
    }
    END { exit wrong > 0 || checked == 0 }'
