package com.amplihack.auth.mail.transport;

/** A mail was not taken, or nobody knows; the message is one line for the operator, without the recipient's address. */
public class DeliveryException extends Exception {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Fault {
        /** This mail will never be taken: repeating it is pointless. */
        REFUSED,
        /** This mail was not taken now. */
        DEFERRED,
        /** The server cannot be used now, which concerns every mail. */
        SERVER
    }

    private final Fault fault;

    public DeliveryException(Fault fault, String reason) {
        super(reason);
        this.fault = fault;
    }

    public DeliveryException(Fault fault, String reason, Throwable cause) {
        super(reason, cause);
        this.fault = fault;
    }

    public Fault fault() {
        return fault;
    }
}
