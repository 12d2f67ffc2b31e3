/** Whether this browser can use passkeys here: over TLS or on this very machine, and at a name instead of numbers. */
export function passkeysHere(): boolean {
	return isSecureContext && 'PublicKeyCredential' in window && !/^(\[.*\]|[\d.]+)$/.test(location.hostname);
}

const met = 'khue.passkey';

/** A passkey was made or used in this browser: it is worth offering one before anybody asks. */
export function passkeyMet(): void {
	try {
		localStorage.setItem(met, 'yes');
	} catch {
		// Storage is closed: the button is there all the same.
	}
}

function passkeyWasMet(): boolean {
	try {
		return localStorage.getItem(met) !== null;
	} catch {
		return false;
	}
}

/**
 * Whether to offer passkeys beside the names the browser fills in. That takes a challenge of the server with every visit,
 * of which a whole school behind one address has only so many: so only where a passkey is known to be.
 */
export async function passkeysFilledIn(): Promise<boolean> {
	if (!passkeysHere() || !passkeyWasMet() || !PublicKeyCredential.isConditionalMediationAvailable)
		return false;
	return PublicKeyCredential.isConditionalMediationAvailable().catch(() => false);
}
