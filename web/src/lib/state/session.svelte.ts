import { api } from '$lib/api';
import type { Me } from '$lib/api/types';

/** Who is signed in. Asked once; every sign-in, acceptance and sign-out replaces it. */
class SessionState {
	me = $state.raw<Me | null>(null);
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

	async again(): Promise<void> {
		this.me = await api.me();
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
