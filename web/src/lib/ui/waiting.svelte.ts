/** Seconds that the server asked to wait, counted down where the person sees them. */
export class Waiting {
	seconds = $state(0);
	#clock: ReturnType<typeof setInterval> | undefined;

	begin(seconds: number) {
		this.stop();
		this.seconds = seconds;
		this.#clock = setInterval(() => {
			this.seconds -= 1;
			if (this.seconds <= 0) clearInterval(this.#clock);
		}, 1000);
	}

	stop() {
		clearInterval(this.#clock);
	}
}
