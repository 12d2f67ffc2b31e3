/** Whether this browser can use passkeys here: over TLS or on this very machine, and at a name instead of numbers. */
export function passkeysHere(): boolean {
	return isSecureContext && 'PublicKeyCredential' in window && !/^(\[.*\]|[\d.]+)$/.test(location.hostname);
}

/** Whether the browser offers passkeys beside the names it fills in. */
export async function passkeysFilledIn(): Promise<boolean> {
	if (!passkeysHere() || !PublicKeyCredential.isConditionalMediationAvailable) return false;
	return PublicKeyCredential.isConditionalMediationAvailable().catch(() => false);
}
