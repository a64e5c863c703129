/** Ways from data to noise: diffusion and flow in R³, Riemannian flow on S². */
export * from "./paths.js";
