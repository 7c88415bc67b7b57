#!/usr/bin/env bash
# How the key stores beside this script were made (keytool of JDK 17, OpenSSL 3.0). Run it only to make new ones: the
# tests hold for the files that are committed. Every password is "store-secret", except that of the key in
# client.jks: "key-secret".
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.jks ./*.p12 ./*.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
days=36500

# issue NAME ISSUER EXTENSIONS: a key and a certificate signed by ISSUER (by itself when both are the same).
issue() {
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$1.key"
  openssl req -new -key "$work/$1.key" -subj "/O=Millrace tests/CN=$1" -out "$work/$1.csr"
  local sign=(-CA "$work/$2.crt" -CAkey "$work/$2.key" -CAcreateserial)
  if [ "$1" = "$2" ]; then sign=(-signkey "$work/$1.key"); fi
  openssl x509 -req -days $days -in "$work/$1.csr" "${sign[@]}" -extfile <(echo "$3") -out "$work/$1.crt" 2>/dev/null
}
issue root root "basicConstraints=critical,CA:TRUE"
issue middle root "basicConstraints=critical,CA:TRUE"
issue server root "subjectAltName=IP:127.0.0.1,DNS:localhost"
issue client middle "extendedKeyUsage=clientAuth"

trust() { keytool -importcert -noprompt -alias root -file "$work/root.crt" -storepass store-secret "$@" 2>/dev/null; }
trust -keystore trust.jks -storetype JKS
trust -keystore trust.p12 -storetype PKCS12
trust -keystore trust-old.p12 -storetype PKCS12 -J-Dkeystore.pkcs12.legacy
cp "$work/root.crt" trust.pem

cat "$work/client.crt" "$work/middle.crt" >"$work/chain.crt"
openssl pkcs12 -export -name client -inkey "$work/client.key" -in "$work/chain.crt" -passout pass:store-secret \
  -out client.p12
keytool -importkeystore -noprompt -srckeystore client.p12 -srcstoretype PKCS12 -srcstorepass store-secret \
  -destkeystore client.jks -deststoretype JKS -deststorepass store-secret -srcalias client -destkeypass key-secret \
  2>/dev/null
cat "$work/client.key" "$work/chain.crt" >client.pem
openssl pkcs12 -export -name server -inkey "$work/server.key" -in "$work/server.crt" -passout pass:store-secret \
  -out server.p12
cat "$work/server.key" "$work/server.crt" >server.pem
