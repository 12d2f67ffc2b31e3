import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Me } from '$lib/api/types';
import { showPasskey, stopAsking } from './webauthn';

export { stopAsking };

/** The server forgets a ticket after five minutes; whoever comes back from a lesson still finds the passkey offered. */
const renewed = 4 * 60_000;

async function signIn(quietly: boolean): Promise<Me> {
	const { ticket, options } = await api.passkeyToSignIn();
	return api.signInByPasskey(ticket, await showPasskey(options, quietly));
}

/** Signs in by a passkey alone, without a name. */
export const show = () => signIn(false);

/** Offers passkeys beside the names that the browser fills in, until one is chosen or something else is asked. */
export async function offer(enter: (me: Me) => void, refused: (problem: Problem) => void) {
	for (;;) {
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			stopAsking();
		}, renewed);
		try {
			return enter(await signIn(true));
		} catch (cause) {
			if (late) continue;
			// Taken over by another question, closed, or the server does not answer: the form is there all the same.
			if (cause instanceof Problem && cause.code === 'session.passkey_refused') refused(cause);
			return;
		} finally {
			clearTimeout(timer);
		}
	}
}
