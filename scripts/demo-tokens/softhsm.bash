# shellcheck shell=bash disable=SC2034,SC2154,SC2317  # scripts/demo reads this file, and shares its variables and functions
# A SoftHSM token with an RSA and an elliptic-curve key.

token_step="Make a token, and on it an RSA and an elliptic-curve key for Alice"

make_token() {
    module=$(library softhsm/libsofthsm2.so softhsm2)
    mkdir "$folder/tokens"
    export SOFTHSM2_CONF=$folder/softhsm2.conf
    printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$folder/tokens" >"$SOFTHSM2_CONF"
    token_tool() {
        pkcs11-tool --module "$module" --token-label alice "$@"
    }
    quietly pkcs11-tool --module "$module" --slot-index 0 --init-token --label alice --so-pin env:DEMO_PIN
    quietly token_tool --login --login-type so --so-pin env:DEMO_PIN --init-pin --new-pin env:DEMO_PIN
    write_configuration softhsm "$module" "SOFTHSM2_CONF = \"$SOFTHSM2_CONF\"" pkcs11:token=alice
    make_key_on_token alice-rsa 01 rsa:2048 digitalSignature,keyEncipherment --usage-sign --usage-decrypt
    make_key_on_token alice-ec 02 EC:prime256v1 digitalSignature,keyAgreement --usage-sign --usage-derive
    signers=(alice-rsa alice-ec)
    recipients=(alice-rsa alice-ec)
    say "The token is SoftHSM, in $folder. A small CA has certified both keys."
}

# make_key_on_token LABEL ID TYPE USAGE...: a key pair made on the token, and a certificate for it there.
make_key_on_token() {
    local label=$1 id=$2 type=$3 key_usage=$4
    shift 4
    quietly token_tool --login --pin env:DEMO_PIN --keypairgen --key-type "$type" --label "$label" --id "$id" "$@"
    quietly token_tool --read-object --type pubkey --id "$id" --output-file "$folder/$label.pub"
    quietly openssl pkey -pubin -inform DER -in "$folder/$label.pub" -out "$folder/$label.pub.pem"
    certify "$label" "$key_usage" Alice
    quietly openssl x509 -in "$folder/$label.pem" -outform DER -out "$folder/$label.der"
    quietly token_tool --login --pin env:DEMO_PIN --write-object "$folder/$label.der" --type cert --label "$label" --id "$id"
}

# Nothing runs.
remove_token() {
    :
}
