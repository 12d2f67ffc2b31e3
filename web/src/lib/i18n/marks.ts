import { catalogue } from './index.svelte';
import vi from './vi/marks';

export const t = catalogue('marks', vi);
