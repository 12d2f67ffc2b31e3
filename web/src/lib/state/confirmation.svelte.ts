import type { Component } from 'svelte';
import { onConfirmFirst } from '$lib/api/client';

interface Asking {
	Dialog: Component<{ answer: (confirmed: boolean) => void }>;
	answer: (confirmed: boolean) => void;
}

/** The question whether it is really you, asked when the server wants to be sure: one at a time, for all who need it. */
class Confirmation {
	asking = $state.raw<Asking | null>(null);
	#asked: Promise<boolean> | null = null;

	/** Whether the person confirmed. */
	ask(): Promise<boolean> {
		this.#asked ??= this.#show()
			// Its code did not come: the refusal itself is then what the person reads.
			.catch(() => false)
			.finally(() => {
				this.asking = null;
				this.#asked = null;
			});
		return this.#asked;
	}

	async #show(): Promise<boolean> {
		const { default: Dialog } = await import('$lib/factors/ConfirmFirst.svelte');
		return new Promise((answer) => {
			this.asking = { Dialog, answer };
		});
	}
}

export const confirmation = new Confirmation();
onConfirmFirst(() => confirmation.ask());
