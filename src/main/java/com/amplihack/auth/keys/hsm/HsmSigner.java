package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.util.Base64URL;
import java.util.Set;

/** Signs in the HSM through its current session; throws a 503 while there is none. */
final class HsmSigner extends BaseJWSProvider implements JWSSigner {
    private final Hsm hsm;
    private final String label;

    HsmSigner(Hsm hsm, String label) {
        super(Set.of(JWSAlgorithm.RS256));
        this.hsm = hsm;
        this.label = label;
        getJCAContext().setProvider(hsm.provider()); // identifies the signing provider
    }

    /** @throws AuthException 503 */
    @Override
    public Base64URL sign(JWSHeader header, byte[] input) {
        try {
            return hsm.use(session -> session.signer(label)
                    .orElseThrow(() -> new HsmUnavailableException("the HSM has no key " + label))
                    .sign(header, input));
        } catch (HsmUnavailableException away) {
            throw new AuthException(ErrorCode.STORE_UNAVAILABLE, "The signing key does not answer.", away);
        }
    }
}
