import { Problem } from '$lib/api/problem';
import type { PasskeyJson } from '$lib/api/types';
import { t } from '$lib/i18n/proof';
import { passkeyMet } from '$lib/passkey';

// The browsers' own parseCreationOptionsFromJSON and toJSON are younger than the phones our teachers have: these few
// lines are the same for all of them.

/** base64url without padding, as WebAuthn's JSON writes bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
		letter.charCodeAt(0)
	);
}

export function textOf(bytes: ArrayBuffer): string {
	const letters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
	return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const named = (list: PublicKeyCredentialDescriptorJSON[] | undefined) =>
	list?.map((one) => ({ ...one, id: bytesOf(one.id) })) as PublicKeyCredentialDescriptor[] | undefined;

export function creationOptions(
	json: PublicKeyCredentialCreationOptionsJSON
): PublicKeyCredentialCreationOptions {
	return {
		...(json as unknown as PublicKeyCredentialCreationOptions),
		challenge: bytesOf(json.challenge),
		user: { ...json.user, id: bytesOf(json.user.id) },
		excludeCredentials: named(json.excludeCredentials)
	};
}

export function requestOptions(
	json: PublicKeyCredentialRequestOptionsJSON
): PublicKeyCredentialRequestOptions {
	return {
		...(json as unknown as PublicKeyCredentialRequestOptions),
		challenge: bytesOf(json.challenge),
		allowCredentials: named(json.allowCredentials)
	};
}

/** What the server is sent of a credential. */
export function credentialJson(credential: PublicKeyCredential): PasskeyJson {
	return jsonOf(credential) as PasskeyJson;
}

function jsonOf(credential: PublicKeyCredential): object {
	const { response } = credential;
	const common = {
		id: credential.id,
		rawId: textOf(credential.rawId),
		type: credential.type,
		clientExtensionResults: credential.getClientExtensionResults()
	};
	const clientDataJSON = textOf(response.clientDataJSON);
	if ('attestationObject' in response) {
		const made = response as AuthenticatorAttestationResponse;
		const attestationObject = textOf(made.attestationObject);
		return {
			...common,
			response: { clientDataJSON, attestationObject, transports: made.getTransports?.() ?? [] }
		};
	}
	const used = response as AuthenticatorAssertionResponse;
	return {
		...common,
		response: {
			clientDataJSON,
			authenticatorData: textOf(used.authenticatorData),
			signature: textOf(used.signature),
			userHandle: used.userHandle ? textOf(used.userHandle) : null
		}
	};
}

/** A browser allows one question about passkeys at a time: the one that waits behind the names gives way. */
let waiting: AbortController | undefined;

async function asked(act: (signal: AbortSignal) => Promise<Credential | null>) {
	waiting?.abort();
	const mine = new AbortController();
	waiting = mine;
	try {
		const credential = await act(mine.signal);
		if (!credential) throw new DOMException('', 'NotAllowedError');
		passkeyMet();
		return credentialJson(credential as PublicKeyCredential);
	} catch (cause) {
		throw mine.signal.aborted ? cause : refusal(cause);
	} finally {
		if (waiting === mine) waiting = undefined;
	}
}

/** Ends what waits behind the names. */
export const stopAsking = () => waiting?.abort();

/** Why the browser or the person said no, in words. */
export function refusal(cause: unknown): unknown {
	if (!(cause instanceof DOMException)) return cause;
	const [code, title, detail] =
		cause.name === 'InvalidStateError'
			? ['client.passkey_known', t.passkeyKnown, t.passkeyKnownDetail]
			: cause.name === 'SecurityError' || cause.name === 'NotSupportedError'
				? ['client.passkey_impossible', t.passkeyImpossible, t.passkeyImpossibleDetail]
				: ['client.passkey_left', t.passkeyLeft, t.passkeyLeftDetail];
	return new Problem({ status: 400, code, title, detail });
}

type Given<Options> = { publicKey: Options };

/** Makes a passkey on this device, or on another that the browser reaches. */
export const makePasskey = (options: unknown) =>
	asked((signal) =>
		navigator.credentials.create({
			publicKey: creationOptions((options as Given<PublicKeyCredentialCreationOptionsJSON>).publicKey),
			signal
		})
	);

/** Shows a passkey. `quietly`: only beside the names that the browser fills in, for as long as the page stands. */
export const showPasskey = (options: unknown, quietly = false) =>
	asked((signal) =>
		navigator.credentials.get({
			publicKey: requestOptions((options as Given<PublicKeyCredentialRequestOptionsJSON>).publicKey),
			mediation: quietly ? 'conditional' : undefined,
			signal
		})
	);
