//! A device that holds one passkey, as WebAuthn describes it: P-256, attestation "none".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HOLDS_KEY: u8 = 0x40;

/// The device, which also plays the browser: it says at which origin it is.
pub struct Authenticator {
    pair: EcdsaKeyPair,
    credential: Vec<u8>,
    user: Vec<u8>,
    pub counter: u32,
    /// Whether it asks for finger, face or PIN.
    pub verifies: bool,
    pub origin: String,
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn unb64(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("text")).expect("base64url")
}

impl Authenticator {
    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, host: &str, flags: u8) -> Vec<u8> {
        let flags = flags | PRESENT | if self.verifies { VERIFIED } else { 0 };
        let mut data = db::keys::sha256(&[host.as_bytes()]).to_vec();
        data.push(flags);
        data.extend_from_slice(&self.counter.to_be_bytes());
        data
    }

    /// Makes a passkey; answers the device and what the browser sends.
    pub fn make(options: &Value, origin: &str) -> (Self, Value) {
        let options = &options["publicKey"];
        let random = SystemRandom::new();
        let secret = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let device = Self {
            pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, secret.as_ref(), &random).expect("a key"),
            credential: db::keys::random::<32>().expect("randomness").to_vec(),
            user: unb64(&options["user"]["id"]),
            counter: 1,
            verifies: true,
            origin: origin.to_owned(),
        };
        let point = device.pair.public_key().as_ref();
        let mut data = device.data(options["rp"]["id"].as_str().expect("a host"), HOLDS_KEY);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&[0, 32]);
        data.extend_from_slice(&device.credential);
        // COSE: kty EC2, alg ES256, crv P-256, x, y.
        data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend_from_slice(&point[1..33]);
        data.extend_from_slice(&[0x22, 0x58, 0x20]);
        data.extend_from_slice(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("is short"));
        object.extend_from_slice(&data);
        let answer = json!({
            "id": b64(&device.credential),
            "rawId": b64(&device.credential),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": b64(&device.client_data("webauthn.create", options)),
                "attestationObject": b64(&object),
                "authenticatorData": b64(&data),
                "transports": ["internal", "hybrid"],
                "publicKeyAlgorithm": -7,
            },
        });
        (device, answer)
    }

    /// Signs; answers what the browser sends.
    pub fn sign(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let options = &options["publicKey"];
        let data = self.data(options["rpId"].as_str().expect("a host"), 0);
        let client = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &db::keys::sha256(&[&client])].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).expect("signs");
        json!({
            "id": b64(&self.credential),
            "rawId": b64(&self.credential),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(&client),
                "authenticatorData": b64(&data),
                "signature": b64(signature.as_ref()),
                "userHandle": b64(&self.user),
            },
        })
    }

    /// Whether it is one of those a browser may ask.
    pub fn is_asked(&self, options: &Value) -> bool {
        let asked = options["publicKey"]["allowCredentials"].as_array().expect("a list");
        asked.iter().any(|one| one["id"] == json!(b64(&self.credential)))
    }
}
