// The state of the connection, in words that promise no more than is known.
/** @import { FeedState } from './live-feed.js' */
import { count } from '../../ground/words.js'

/** @typedef {{ word: string, icon: string, tone: 'green' | 'amber' | 'red' | 'grey' }} StateWords */

/**
 * @param {Pick<FeedState, 'connection' | 'behind' | 'polls' | 'paused'> & { problem?: string, isSilent?: boolean, isStoreAway?: boolean, refusal?: string }} state
 *   `problem`: why the first question had no answer; `isSilent`: connected, and yet nothing is answered;
 *   `isStoreAway`: the hub answers, and has nowhere to take events from; `refusal`: it can take none, and why
 * @returns {StateWords}
 */
export function stateWords({ connection, behind, polls, paused, problem, isSilent, isStoreAway, refusal }) {
  const isConnected = connection.state === 'live' || connection.state === 'catching_up'
  if (isStoreAway && (polls || isConnected))
    return { word: 'Waiting for the event store', icon: 'waiting', tone: 'amber' }
  if (refusal && !isSilent && (polls || isConnected)) return { word: refusal, icon: 'problem', tone: 'red' }
  if (polls) {
    const word = 'Your proxy does not pass WebSockets: asking every 5 s instead'
    return { word, icon: 'waiting', tone: 'amber' }
  }
  if (isSilent && isConnected) return { word: 'The hub does not answer', icon: 'waiting', tone: 'amber' }
  if (connection.state === 'live') {
    return paused
      ? { word: 'Live, list paused', icon: 'pause', tone: 'grey' }
      : { word: 'Live', icon: 'live', tone: 'green' }
  }
  if (connection.state === 'catching_up') {
    const left = behind ? ` ${count(behind)}` : ''
    return { word: `Catching up${left}`, icon: 'waiting', tone: 'amber' }
  }
  if (connection.state === 'closed') {
    return {
      word: `Stopped: ${connection.reason || 'the hub closed the connection'}`,
      icon: 'problem',
      tone: 'red',
    }
  }
  // The first time there is nothing to lose yet; later, the feed keeps what happens meanwhile.
  if (connection.state === 'connecting' && connection.attempt === 0) {
    return problem
      ? { word: `${problem}: trying again`, icon: 'problem', tone: 'amber' }
      : { word: 'Connecting', icon: 'waiting', tone: 'grey' }
  }
  return { word: 'Reconnecting, nothing lost', icon: 'waiting', tone: 'amber' }
}
