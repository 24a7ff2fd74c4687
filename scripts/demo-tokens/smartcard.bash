# shellcheck shell=bash disable=SC2034,SC2154  # scripts/demo reads this file, and shares its variables and functions
# A virtual smartcard with three RSA keys: pcscd with a reader of vpcd's, a program that is the card, OpenSC.

token_step="Make a smartcard with three RSA keys for Alice, and put it into a reader"
# Processes; empty if they do not run.
reader='' card=''

# OpenSC has its own labels for the keys of such a card, and calls it as its first certificate calls the owner.
make_token() {
    signers=('CAC Email Signature Certificate')
    recipients=('CAC Email Encryption Certificate')
    mkdir "$folder/card" "$folder/readers"
    quietly certutil -N -d "sql:$folder/card" -f "$folder/pin"
    make_key_for_card 'CAC ID Certificate' id digitalSignature
    make_key_for_card "${signers[0]}" signature digitalSignature,nonRepudiation
    make_key_for_card "${recipients[0]}" encryption keyEncipherment
    local module
    module=$(library opensc-pkcs11.so opensc-pkcs11)
    write_configuration opensc "$module" "PCSCLITE_CSOCK_NAME = \"$folder/pcscd.comm\"" pkcs11:token=Alice%20id
    start_reader
    insert_card
    say "The card is a program, and its memory an NSS database in $folder. A small CA has certified its keys."
}

# make_key_for_card LABEL NICKNAME USAGE: a key and its certificate in the card's memory.
make_key_for_card() {
    quietly openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$folder/key.pem"
    quietly openssl pkey -in "$folder/key.pem" -pubout -out "$folder/$1.pub.pem"
    # NSS takes certificates of one subject for one.
    certify "$1" "$3" "Alice $2"
    quietly openssl pkcs12 -export -inkey "$folder/key.pem" -in "$folder/$1.pem" -name "$2" -passout env:DEMO_PIN \
        -out "$folder/key.p12"
    quietly pk12util -i "$folder/key.p12" -d "sql:$folder/card" -k "$folder/pin" -w "$folder/pin"
    rm "$folder/key.pem" "$folder/key.p12"
}

# The reader's daemon, with its socket in the demo's folder and its reader on a port of its own: another pcscd is not met.
start_reader() {
    local driver
    driver=$(library pcsc/drivers/serial/libifdvpcd.so vsmartcard-vpcd)
    for ((port = 29000 + RANDOM % 1000 * 2; ; port = 29000 + RANDOM % 1000 * 2)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null || break
    done
    printf 'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:%d\nLIBPATH %s\nCHANNELID %d\n' "$port" \
        "$driver" "$port" >"$folder/readers/vpcd"
    LD_PRELOAD=$build_folder/bin/libsignet_pcscd_folder.so SIGNET_TEST_PCSCD_FOLDER=$folder \
        PATH=$PATH:/usr/sbin pcscd --foreground --config "$folder/readers" </dev/null >"$folder/pcscd.log" 2>&1 &
    reader=$!
    wait_until 'pcscd did not start' test -S "$folder/pcscd.comm"
}

insert_card() {
    signet_virtual_card "$port" "$folder/card" id signature encryption </dev/null >"$folder/card.log" 2>&1 &
    card=$!
    wait_until 'the virtual card did not start' grep -q '^in$' "$folder/card.log"
}

# shellcheck disable=SC2317  # wait_until calls it
agent_sees_card() {
    signet list 2>/dev/null | grep -q '^token Alice'
}

# shellcheck disable=SC2317  # wait_until calls it
agent_sees_no_card() {
    ! agent_sees_card
}

pull_card() {
    [[ -n $card ]] || return 0
    local pid=$card
    card=
    stop 'the card' "$pid" || true
}

remove_token() {
    pull_card
    [[ -z $reader ]] || stop pcscd "$reader" || true
    reader=
}
