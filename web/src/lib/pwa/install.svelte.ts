/** Chromium's offer to install, which it makes once and only to who listens. */
interface InstallPrompt extends Event {
	prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

class InstallState {
	/** The browser offers to install. */
	offered = $state.raw<InstallPrompt | null>(null);
	/** This is the installed application, or it was installed just now. */
	installed = $state(false);
	#listening = false;

	listen() {
		if (this.#listening) return;
		this.#listening = true;
		this.installed =
			matchMedia('(display-mode: standalone)').matches ||
			('standalone' in navigator && navigator.standalone === true);
		addEventListener('beforeinstallprompt', (event) => {
			// Ours to show: in the menu, when the person looks for it, not over the work.
			event.preventDefault();
			this.offered = event as InstallPrompt;
		});
		addEventListener('appinstalled', () => {
			this.offered = null;
			this.installed = true;
		});
	}

	/** Safari on an iPhone or iPad installs from its own menu and tells nobody. */
	get byHand(): boolean {
		return !this.installed && isSecureContext && /iPhone|iPad|iPod/.test(navigator.userAgent);
	}

	async ask() {
		const offer = this.offered;
		// It can be used once, whatever is answered.
		this.offered = null;
		await offer?.prompt();
	}
}

export const install = new InstallState();
