import { tick } from 'svelte';

/** For what is shown once: closed by a slip of the finger it would be lost, so the first closing warns. */
export class Kept {
	/** Copied, printed or downloaded. */
	done = $state(false);
	#asked = $state(false);
	/** Where the warning is shown. */
	box = $state<HTMLElement>();

	get warns() {
		return this.#asked && !this.done;
	}

	/** Whether it may close now. */
	mayClose(): boolean {
		if (this.done || this.#asked) return true;
		this.#asked = true;
		// On a phone it stands below what is seen, with the button.
		tick().then(() => this.box?.closest('dialog')?.scrollTo({ top: this.box.offsetTop }));
		return false;
	}
}
