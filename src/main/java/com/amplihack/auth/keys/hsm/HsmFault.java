package com.amplihack.auth.keys.hsm;

import com.amplihack.auth.config.KeySettings;
import com.amplihack.auth.config.source.InvalidSettingException;
import java.io.IOException;

/** Turns what SunPKCS11 throws, a chain with the telling name at its end, into one sentence. */
final class HsmFault {
    private HsmFault() {}

    /** Why the token cannot be opened, for the operator. */
    static InvalidSettingException of(Exception failed, KeySettings.Hsm settings) {
        String why = reason(failed);
        return switch (why) {
            case "CKR_PIN_INCORRECT", "CKR_PIN_INVALID", "CKR_PIN_LEN_RANGE" ->
                new InvalidSettingException("jwt.key.pkcs11.pin: the token does not accept it");
            case "CKR_PIN_LOCKED" ->
                new InvalidSettingException("jwt.key.pkcs11.pin: the token has locked it after too many wrong ones");
            case "CKR_SLOT_ID_INVALID" ->
                new InvalidSettingException("jwt.key.pkcs11.slot: the library knows no slot " + settings.slot());
            case "CKR_TOKEN_NOT_RECOGNIZED", "CKR_TOKEN_NOT_PRESENT", "CKR_USER_PIN_NOT_INITIALIZED" ->
                noToken(settings);
            default ->
                isLibraryItself(failed)
                        ? new InvalidSettingException(
                                "jwt.key.pkcs11.library: " + settings.library() + " is not a PKCS#11 library")
                        : new InvalidSettingException("jwt.key.pkcs11.slot: the token in slot " + settings.slot()
                                + " cannot be used (" + why + ")");
        };
    }

    static InvalidSettingException noToken(KeySettings.Hsm settings) {
        return new InvalidSettingException(
                "jwt.key.pkcs11.slot: there is no initialized token in slot " + settings.slot());
    }

    /** Whether another try with the same PIN can only count as another wrong one. */
    static boolean isAboutThePin(InvalidSettingException fault) {
        return fault.getMessage().startsWith("jwt.key.pkcs11.pin");
    }

    /** Whether it speaks of one object alone: another node has destroyed it meanwhile. */
    static boolean isOfAnObject(Exception failed) {
        return reason(failed).equals("CKR_OBJECT_HANDLE_INVALID");
    }

    /** The name that PKCS#11 has for it, if the chain ends with one. */
    static String reason(Throwable failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    /** It could not be loaded, or has not the one function that every such library has. */
    private static boolean isLibraryItself(Exception failed) {
        return failed.getCause() instanceof IOException;
    }
}
