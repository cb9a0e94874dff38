package com.amplihack.auth.store.anchor;

/**
 * The head of a node's audit chain at some time.
 *
 * @param seq of the line, from 1
 * @param hash of the line, as base64url
 */
public record ChainAnchor(long seq, String hash) {}
