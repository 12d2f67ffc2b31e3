import { api } from '$lib/api';
import { speaksFor } from '$lib/api/client';
import type { Me } from '$lib/api/types';

/** Who is signed in. Asked once; every sign-in, acceptance and sign-out replaces it. */
class SessionState {
	me = $state.raw<Me | null>(null);
	/** Somebody else has signed in in another tab: who, if that could be learnt. */
	other = $state.raw<{ now: Me | null } | null>(null);
	#asking: Promise<Me> | null = null;

	ensure(): Promise<Me> {
		if (this.me) return Promise.resolve(this.me);
		this.#asking ??= api
			.me()
			.then((me) => {
				this.me = me;
				return me;
			})
			.finally(() => {
				this.#asking = null;
			});
		return this.#asking;
	}

	async again(): Promise<Me> {
		this.me = await api.me();
		return this.me;
	}

	/** This page's account is no longer the browser's. */
	async replaced(): Promise<void> {
		if (this.other) return;
		this.other = { now: null };
		this.other = { now: await api.whoIsHere().catch(() => null) };
	}

	begin(me: Me) {
		this.me = me;
	}

	end() {
		this.me = null;
	}

	can(capability: string): boolean {
		return this.me?.capabilities.includes(capability) ?? false;
	}
}

export const session = new SessionState();
speaksFor(() => session.me?.account.id);
